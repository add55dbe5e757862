// Facts about the keys of services, from their documentation and from the public rules of gitleaks (MIT): how they begin, of
// what characters and how long they are, and for those without a sign of their own the word that stands before them. One
// vendor a line: `vendor  format | format`. A format is a row of pieces: 'as it stands', alphabet{length},
// alphabet{at least,}, alphabet{at least,at most}, uuid.
// What is longer than that is another thing, unless it is open.

/** Keys that show what they are. The first piece is literal. */
export const PREFIXED_KEYS = `
1password     'A3-' upper{6} '-' upper{11} '-' upper{5} '-' upper{5} '-' upper{5} | 'A3-' upper{6} '-' upper{6} '-' upper{5} '-' upper{5} '-' upper{5} '-' upper{5} | 'ops_eyJ' base64{100,}
adobe         'p8e-' alnum{32}
adafruit      'aio_' alnum{28}
age           'AGE-SECRET-KEY-1' upper{58,}
airtable      'pat' alnum{14} '.' hex{64,}
alibaba       'LTAI' alnum{12,30}
anthropic     'sk-ant-' dash{16,}
artifactory   'AKCp' alnum{60,} | 'cmVmd' alnum{50,}
atlassian     'ATATT3' pad{60,} | 'ATCTT3' pad{60,} | 'ATBB' alnum{24,}
authress      'sc_' alnum{5,30} '.' alnum{4,6} '.acc' dash{10,33} '.' any64{30,} | 'ext_' alnum{5,30} '.' alnum{4,6} '.acc' dash{10,33} '.' any64{30,} | 'scauth_' alnum{5,30} '.' alnum{4,6} '.acc' dash{10,33} '.' any64{30,} | 'authress_' alnum{5,30} '.' alnum{4,6} '.acc' dash{10,33} '.' any64{30,}
aws           'AKIA' upper{16} | 'ASIA' upper{16} | 'ABIA' upper{16} | 'ACCA' upper{16} | 'A3T' upper{17} | 'ABSK' base64{60,} | 'bedrock-api-key-' any64{40,}
bitbucket     'BBDC-' any64{40,}
cerebras      'csk-' alnum{40,}
clickhouse    '4b1d' alnum{38}
clojars       'CLOJARS_' alnum{60,}
cloudflare    'v1.0-' hex{24} '-' hex{100,}
databricks    'dapi' hex{32}
digitalocean  'doo_v1_' hex{64} | 'dop_v1_' hex{64} | 'dor_v1_' hex{64}
discord       'mfa.' dash{80,}
dropbox       'sl.' pad{120,}
docker        'dckr_pat_' dash{20,} | 'dckr_oat_' dash{20,}
doppler       'dp.pt.' alnum{40,} | 'dp.st.' dots{40,} | 'dp.ct.' alnum{40,} | 'dp.sa.' alnum{40,} | 'dp.scim.' alnum{40,} | 'dp.audit.' alnum{40,}
duffel        'duffel_test_' pad{40,} | 'duffel_live_' pad{40,}
dynatrace     'dt0c01.' alnum{24} '.' alnum{64}
easypost      'EZAK' alnum{54} | 'EZTK' alnum{54}
elevenlabs    'sk_' hex{48}
facebook      'EAAM' alnum{60,} | 'EAAC' alnum{60,} | 'EAAG' alnum{60,} | 'EAAB' alnum{60,}
figma         'figd_' dash{30,}
flutterwave   'FLWSECK_TEST-' alnum{12,} | 'FLWPUBK_TEST-' alnum{32,} | 'FLWSECK-' alnum{32,} | 'FLWPUBK-' alnum{32,}
flyio         'fo1_' dash{43} | 'fm1a_' base64{60,} | 'fm1r_' base64{60,} | 'fm2_' base64{60,}
frameio       'fio-u-' pad{64}
freemius      'sk_' token{29}
github        'ghp_' alnum{20,} | 'gho_' alnum{20,} | 'ghu_' alnum{20,} | 'ghs_' dots{20,} | 'ghr_' alnum{20,} | 'github_pat_' word{20,}
gitlab        'glpat-' dots{20,} | 'gldt-' dash{20,} | 'glffct-' dash{20,} | 'glft-' dash{20,} | 'glimt-' dash{25,} | 'glagent-' dash{50,} | 'gloas-' dash{64} | 'glptt-' hex{40} | 'GR1348941' dash{20,} | 'glrt-' dots{20,} | 'glrtr-' dots{20,} | 'glsoat-' dash{20,} | 'glcbt-' dash{22,} | '_gitlab_session=' alnum{32}
google        'AIza' dash{35,} | 'ya29.' dash{20,} | 'GOCSPX-' dash{28} | '1//0' dash{30,}
grafana       'eyJrIjoi' base64{60,} | 'glc_' base64{32,} | 'glsa_' alnum{32} '_' hex{8}
groq          'gsk_' alnum{40,}
harness       'pat.' dash{22} '.' alnum{24} '.' alnum{20} | 'sat.' dash{22} '.' alnum{24} '.' alnum{20}
heroku        'HRKU-AA' dash{50,} | 'HRKU-' uuid
hubspot       'pat-na1-' uuid | 'pat-eu1-' uuid
huggingface   'hf_' alnum{30,} | 'api_org_' alnum{30,}
infracost     'ico-' alnum{32}
intra42       's-s4t2ud-' hex{64} | 's-s4t2af-' hex{64}
langsmith     'lsv2_pt_' hex{32} '_' hex{10} | 'lsv2_sk_' hex{32} '_' hex{10}
launchdarkly  'sdk-' uuid | 'api-' uuid
linear        'lin_api_' alnum{32,} | 'lin_oauth_' alnum{32,}
mailgun       'key-' hex{32} | 'pubkey-' hex{32}
mapbox        'pk.eyJ' dash{20,} '.' dash{20,} | 'sk.eyJ' dash{20,} '.' dash{20,} | 'pk.' alnum{60} '.' alnum{22}
netlify       'nfp_' alnum{36,}
networking    'dnkey-' pad{26} '-' pad{52} | 'dnkey-' pad{60,}
newrelic      'NRAK-' alnum{27} | 'NRII-' dash{32} | 'NRJS-' hex{19} | 'NRRA-' hex{42}
notion        'ntn_' alnum{40,} | 'secret_' alnum{43}
npm           'npm_' alnum{36,}
octopus       'API-' upper{26}
openai        'sk-' dash{16,} | 'sess-' alnum{40}
openshift     'sha256~' dash{43}
perplexity    'pplx-' alnum{32,}
planetscale   'pscale_tkn_' dots{32,} | 'pscale_oauth_' dots{32,} | 'pscale_pw_' dots{32,}
plaid         'access-sandbox-' uuid | 'access-development-' uuid | 'access-production-' uuid
postman       'PMAK-' hex{24} '-' hex{34} | 'PMAT-' alnum{26}
posthog       'phc_' alnum{40,} | 'phx_' alnum{40,}
prefect       'pnu_' alnum{36} | 'pnb_' alnum{36}
pulumi        'pul-' hex{40}
pypi          'pypi-AgEIcHlwaS5vcmc' dash{50,} | 'pypi-AgENdGVzdC5weXBpLm9yZw' dash{50,}
readme        'rdme_' alnum{70}
replicate     'r8_' alnum{37}
rubygems      'rubygems_' hex{48}
scalingo      'tk-us-' dash{48}
sendgrid      'SG.' dots{40,}
sendinblue    'xkeysib-' hex{64} '-' alnum{16} | 'xsmtpsib-' hex{64} '-' alnum{16}
sentry        'sntrys_eyJ' any64{40,} | 'sntryu_' hex{64}
settlemint    'sm_aat_' alnum{16} | 'sm_pat_' alnum{16} | 'sm_sat_' alnum{16}
shippo        'shippo_live_' hex{40} | 'shippo_test_' hex{40}
shopify       'shpat_' hex{32} | 'shpca_' hex{32} | 'shppa_' hex{32} | 'shpss_' hex{32}
slack         'xoxb-' dash{10,} | 'xoxp-' dash{10,} | 'xoxa-' dash{8,} | 'xoxr-' dash{8,} | 'xoxo-' dash{10,} | 'xoxs-' dash{10,} | 'xoxe-' dash{10,} | 'xoxc-' dash{10,} | 'xoxd-' token{10,} | 'xoxe.xoxb-' dash{20,} | 'xoxe.xoxp-' dash{20,} | 'xapp-' dash{10,} | 'xwfp-' dash{10,}
slackhook     'hooks.slack.com/services/' base64{20,} | 'hooks.slack.com/workflows/' base64{20,} | 'hooks.slack.com/triggers/' base64{20,}
sonar         'squ_' hex{40} | 'sqp_' hex{40} | 'sqa_' hex{40}
sourcegraph   'sgp_' alnum{5,16} '_' hex{40} | 'sgp_' hex{40}
square        'EAAA' dash{50,60} | 'sq0atp-' dash{22,} | 'sq0csp-' dash{43} | 'sq0idp-' dash{22}
stripe        'sk_test_' alnum{10,} | 'sk_live_' alnum{10,} | 'sk_prod_' alnum{10,} | 'rk_test_' alnum{10,} | 'rk_live_' alnum{10,} | 'rk_prod_' alnum{10,} | 'whsec_' base64{24,}
supabase      'sbp_' hex{40} | 'sb_secret_' dash{20,}
tailscale     'tskey-' dash{16,}
twilio        'SK' hex{32} | 'AC' hex{32}
typeform      'tfp_' dots{40,}
vault         'hvb.' dash{100,} | 'hvs.' dash{24,} | 'hvr.' dash{24,} | 's.' alnum{24}
vercel        'vcp_' alnum{24,} | 'vercel_blob_rw_' word{24,}
wakatime      'waka_' uuid
xai           'xai-' alnum{60,}
yandex        't1.' pad{10,} '.' pad{86,88} | 'AQVN' dash{35,38} | 'YCAJE' dash{20} | 'YC' dash{38}
discordhook   'discord.com/api/webhooks/' digit{15,} '/' dash{50,} | 'discordapp.com/api/webhooks/' digit{15,} '/' dash{50,}
teamshook     'webhook.office.com/webhookb2/' token{36,} '@' uuid '/IncomingWebhook/' alnum{32} '/' dash{36,}
azuresas      'sig=' token{40,}
jwt64         'ZXlK' base64{50,}
`

/** Keys that only the word before them gives away: word, a sign of assignment, and a value of just this form. */
export const NAMED_KEYS = `
adafruit                    dash{32}
adobe                       hex{32}
airtable                    alnum{17}
algolia                     alnum{32}
alibaba                     alnum{30}
asana                       digit{16} | alnum{32}
atlassian,confluence,jira   alnum{24}
aws                         base64{40}
azure                       hex{32} | alnum{52} | alnum{84}
beamer                      'b_' pad{44}
bitbucket                   alnum{32} | pad{64}
bittrex                     alnum{32}
meraki                      hex{40}
cloudflare                  dash{40} | hex{37}
codecov                     alnum{32} | uuid
cohere,co_api_key           alnum{40}
coinbase                    dash{64}
confluent                   alnum{16} | alnum{64}
contentful                  pad{43}
datadog                     alnum{40} | hex{32}
discord                     hex{64} | pad{32}
droneci                     alnum{32}
dropbox                     alnum{15} | pad{64} | 'sl.' pad{130,}
etsy                        alnum{24}
facebook                    hex{32} | digit{15,16} '|' dash{27,40} | digit{15,16} '%' dash{27,42}
fastly                      pad{32}
finicity                    hex{32} | alnum{20}
finnhub                     alnum{20}
flickr                      alnum{32} | alnum{16}
freshbooks                  alnum{64}
gitter                      dash{40}
gocardless                  'live_' pad{40} | 'sandbox_' pad{40}
heroku,hubspot,squarespace  uuid
intercom                    pad{60}
jfrog,artifactory,bintray,xray  alnum{73} | alnum{64}
kraken                      any64{80,90}
kucoin                      hex{24} | uuid
launchdarkly                pad{40}
linear                      hex{32}
linkedin,linked_in,linked-in  alnum{14} | alnum{16}
lob                         'live_' hex{35} | 'test_' hex{35} | 'live_pub_' hex{31} | 'test_pub_' hex{31}
looker                      alnum{20} | alnum{24}
mailchimp                   hex{32} '-us' digit{1,2}
mailgun                     hex{32} '-' hex{8} '-' hex{8} | alnum{32} '-' alnum{8} '-' alnum{8}
mattermost                  alnum{26}
messagebird,message-bird,message_bird  alnum{25} | uuid
mistral                     alnum{32}
netlify                     pad{40,46}
newrelic,new-relic,new_relic  alnum{64}
nytimes,new-york-times,newyorktimes  pad{32}
okta                        '00' pad{40}
plaid                       alnum{24} | alnum{30}
privateai,private_ai,private-ai  alnum{32}
rapidapi                    dash{50}
sendbird                    hex{40} | uuid
sentry                      hex{64}
contribsys__com             hex{8} ':' hex{8}
snyk                        uuid
sonar                       pad{40}
sourcegraph                 hex{40}
sumo                        'su' alnum{12} | alnum{64}
travis                      alnum{22}
twitch                      alnum{30}
twitter                     alnum{45} | digit{15,25} '-' alnum{20,40} | alnum{25} | alnum{50} | 'AAAAAAAAAAAAAAAAAAAAAA' token{80,100}
vercel                      alnum{24}
zendesk                     alnum{40}
signature                   hex{64} | any64{40,90}
`
