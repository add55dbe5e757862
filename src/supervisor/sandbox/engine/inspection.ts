import { z } from 'zod'

const mount = z.looseObject({
  Type: z.string(),
  Source: z.string().default(''),
  Destination: z.string(),
  RW: z.boolean(),
  Propagation: z.string().default(''),
})

const words = z.array(z.string()).nullish()

/** What Docker says of one container, as far as we look at it. Of `HostConfig` everything is looked at. */
const inspection = z.looseObject({
  Id: z.string().regex(/^[0-9a-f]{12,64}$/),
  Name: z.string(),
  Created: z.string().default(''),
  Path: z.string().default(''),
  Args: words,
  /** Empty where the engine has no AppArmor. */
  AppArmorProfile: z.string().default(''),
  State: z.looseObject({
    Status: z.string(),
    Running: z.boolean(),
    Paused: z.boolean().default(false),
  }),
  HostConfig: z.record(z.string(), z.unknown()),
  Mounts: z.array(mount).nullish(),
  Config: z.looseObject({
    Image: z.string(),
    User: z.string().default(''),
    WorkingDir: z.string().default(''),
    Env: words,
    Entrypoint: words,
    Cmd: words,
    Labels: z.record(z.string(), z.string()).nullish(),
    OpenStdin: z.boolean().default(false),
    StdinOnce: z.boolean().default(false),
    Tty: z.boolean().default(false),
    Volumes: z.record(z.string(), z.unknown()).nullish(),
    Healthcheck: z.looseObject({ Test: words }).nullish(),
  }),
  NetworkSettings: z
    .looseObject({
      Networks: z.record(z.string(), z.unknown()).nullish(),
      Ports: z.record(z.string(), z.unknown()).nullish(),
    })
    .default({}),
})
export type Inspection = z.infer<typeof inspection>

/** Undefined where it is not an inspection: what answers is not Docker. */
export const parseInspection = (body: string): Inspection | undefined => {
  try {
    return inspection.safeParse(JSON.parse(body)).data
  } catch {
    // Not JSON; its caller says so.
    return undefined
  }
}
