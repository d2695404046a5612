/** Every route of the gateway; the client and the gateway both read this table. `scope`: who may call it with which token; what users may, who runs the platform may too. */
export const routes = {
  health: { method: 'GET', path: '/healthz', scope: 'none' },
  ready: { method: 'GET', path: '/readyz', scope: 'none' },
  /** Encodes a second of film through the ledger and a runner; 200 only if it came out right. */
  work: { method: 'GET', path: '/workz', scope: 'operator' },
  /** Figures for Prometheus. */
  metrics: { method: 'GET', path: '/metrics', scope: 'none' },
  home: { method: 'GET', path: '/', scope: 'page' },
  /** Scripts and styles of the studio. */
  studioFile: { method: 'GET', path: '/studio/*', scope: 'none' },
  schema: { method: 'GET', path: '/v1/schema/film.json', scope: 'none' },
  putAsset: { method: 'PUT', path: '/v1/assets/:digest', scope: 'user' },
  headAsset: { method: 'HEAD', path: '/v1/assets/:digest', scope: 'user' },
  getAsset: { method: 'GET', path: '/v1/assets/:digest', scope: 'user' },
  /** Films and their versions; saving wants `If-Match` with the version it was made from. */
  listFilms: { method: 'GET', path: '/v1/films', scope: 'user' },
  createFilm: { method: 'POST', path: '/v1/films', scope: 'user' },
  /** The newest version, or `?version=7`. */
  getFilm: { method: 'GET', path: '/v1/films/:id', scope: 'user' },
  saveFilm: { method: 'PUT', path: '/v1/films/:id', scope: 'user' },
  removeFilm: { method: 'DELETE', path: '/v1/films/:id', scope: 'user' },
  listFilmVersions: { method: 'GET', path: '/v1/films/:id/versions', scope: 'user' },
  listFilmBuilds: { method: 'GET', path: '/v1/films/:id/builds', scope: 'user' },
  filmEvents: { method: 'GET', path: '/v1/films/:id/events', scope: 'user' },
  /** What a build of the document in the body would take; nothing is made. */
  estimate: { method: 'POST', path: '/v1/estimates', scope: 'user' },
  /** Models that write storyboards, `name@revision`. */
  listWriters: { method: 'GET', path: '/v1/storyboards/models', scope: 'user' },
  /** Makes a film document of a script: a build whose report is the storyboard. */
  writeStoryboard: { method: 'POST', path: '/v1/storyboards', scope: 'user' },
  listStarters: { method: 'GET', path: '/v1/starters', scope: 'user' },
  /** Moving preview and poster of a starter. */
  starterFile: { method: 'GET', path: '/v1/starters/:id/:name', scope: 'user' },
  listLibrary: { method: 'GET', path: '/v1/library', scope: 'user' },
  addToLibrary: { method: 'POST', path: '/v1/library', scope: 'user' },
  changeInLibrary: { method: 'PUT', path: '/v1/library/:id', scope: 'user' },
  removeFromLibrary: { method: 'DELETE', path: '/v1/library/:id', scope: 'user' },
  /** Uploads that go on after a broken connection: tus 1.0 (creation, expiration, termination). */
  createUpload: { method: 'POST', path: '/v1/uploads', scope: 'user' },
  continueUpload: { method: 'PATCH', path: '/v1/uploads/:id', scope: 'user' },
  headUpload: { method: 'HEAD', path: '/v1/uploads/:id', scope: 'user' },
  getUpload: { method: 'GET', path: '/v1/uploads/:id', scope: 'user' },
  removeUpload: { method: 'DELETE', path: '/v1/uploads/:id', scope: 'user' },
  createBuild: { method: 'POST', path: '/v1/builds', scope: 'user' },
  listBuilds: { method: 'GET', path: '/v1/builds', scope: 'user' },
  getBuild: { method: 'GET', path: '/v1/builds/:id', scope: 'user' },
  /** Changes priority and deadline of a build that has not ended; said again it changes nothing. */
  changeBuild: { method: 'PATCH', path: '/v1/builds/:id', scope: 'user' },
  listBuildTasks: { method: 'GET', path: '/v1/builds/:id/tasks', scope: 'user' },
  cancelBuild: { method: 'POST', path: '/v1/builds/:id/cancel', scope: 'user' },
  /** Stops what runs of one task, by its key; it begins anew, on another runner where there is one. */
  cancelTask: { method: 'POST', path: '/v1/builds/:id/tasks/:task/cancel', scope: 'user' },
  /** Shots, lines and words on the time axis, and small pictures of what is encoded already. */
  buildShots: { method: 'GET', path: '/v1/builds/:id/shots', scope: 'user' },
  /** The newest picture, JPEG, of a drawing of a build that is under way. */
  buildPreview: { method: 'GET', path: '/v1/builds/:id/previews/:task', scope: 'user' },
  buildEvents: { method: 'GET', path: '/v1/builds/:id/events', scope: 'user' },
  /** How a build goes or went: what it costs, what ran where and when, and what it waited for. */
  buildCourse: { method: 'GET', path: '/v1/builds/:id/course', scope: 'user' },
  buildReport: { method: 'GET', path: '/v1/builds/:id/report', scope: 'user' },
  buildMedia: { method: 'GET', path: '/v1/builds/:id/media/:name', scope: 'user' },
  /** Signed addresses of what can be played of a build by now; `?seconds` says for how long. */
  buildPackage: { method: 'GET', path: '/v1/builds/:id/package', scope: 'user' },
  /** A file of a package; the token in the path opens all of them. */
  packagePart: { method: 'GET', path: '/p/:id/:token/*', scope: 'none' },
  /** Tasks of the workspace that wait: where each stands, when it is expected to start, and why it waits. */
  queue: { method: 'GET', path: '/v1/queue', scope: 'user' },
  /** What the workspace of who asks was charged since an instant, `?since=2030-01-01T00:00:00Z`; of the last day when left out. */
  ownSpend: { method: 'GET', path: '/v1/spend', scope: 'user' },
  /** The workspace of who asks, and whether they run the platform. */
  ownWorkspace: { method: 'GET', path: '/v1/workspace', scope: 'user' },
  /** For who runs the platform: every runner, what waits of all workspaces, pools and spending; `events` tells each change. */
  fleet: { method: 'GET', path: '/v1/fleet', scope: 'operator' },
  fleetEvents: { method: 'GET', path: '/v1/fleet/events', scope: 'operator' },
  /** For who runs the platform: a drill with a workspace and runners of its own; its builds, and what the ledger says of each against its own rules. */
  createDrill: { method: 'POST', path: '/v1/drills', scope: 'operator' },
  listDrills: { method: 'GET', path: '/v1/drills', scope: 'operator' },
  getDrill: { method: 'GET', path: '/v1/drills/:id', scope: 'operator' },
  /** Removes all that the drill made: builds, tasks, charges, assets, its workspace, and the credentials of its runners. */
  removeDrill: { method: 'DELETE', path: '/v1/drills/:id', scope: 'operator' },
  createDrillBuild: { method: 'POST', path: '/v1/drills/:id/builds', scope: 'operator' },
  auditDrillBuild: { method: 'GET', path: '/v1/drills/:id/builds/:build/audit', scope: 'operator' },
  drillAsset: { method: 'GET', path: '/v1/drills/:id/assets/:digest', scope: 'operator' },
  /** Models that films may name, by what they are for: cutting out, enlarging, drawing and the rest. */
  listModels: { method: 'GET', path: '/v1/models', scope: 'user' },
  listGenerators: { method: 'GET', path: '/v1/generators', scope: 'user' },
  listVoices: { method: 'GET', path: '/v1/voices', scope: 'user' },
  /** What a bare machine fetches before it joins: a script for `sh`, and the program that this brings there, by the digest of its archive. */
  runnerScript: { method: 'GET', path: '/runner.sh', scope: 'none' },
  program: { method: 'GET', path: '/v1/program/:digest', scope: 'none' },
  /** Runners of other machines: a token lets one join, a credential keeps it in until it is revoked. */
  listRunners: { method: 'GET', path: '/v1/runners', scope: 'operator' },
  createRunnerToken: { method: 'POST', path: '/v1/runner-tokens', scope: 'operator' },
  exchangeRunnerToken: { method: 'POST', path: '/v1/runner-credentials', scope: 'none' },
  rotateRunnerCredential: { method: 'POST', path: '/v1/runner-credentials/rotate', scope: 'runner' },
  revokeRunnerCredential: { method: 'DELETE', path: '/v1/runner-credentials/:id', scope: 'operator' },
  joinRunner: { method: 'POST', path: '/v1/runners', scope: 'runner' },
  /** Models and voices that the platform holds, for runners of other machines; their files by digest, with ranges. */
  platformShelf: { method: 'GET', path: '/v1/shelf', scope: 'runner' },
  shelfFile: { method: 'GET', path: '/v1/shelf/:digest', scope: 'runner' },
  /** For who runs the platform: the runner, by id or name, takes nothing more, finishes or hands back what it has, and ends. */
  drainRunner: { method: 'POST', path: '/v1/runners/:id/drain', scope: 'operator' },
  /** For who runs the platform: the runner, by id or name, rests no more, and what it failed is not held against it. */
  wakeRunner: { method: 'POST', path: '/v1/runners/:id/wake', scope: 'operator' },
  leaseTasks: { method: 'POST', path: '/v1/runners/:id/lease', scope: 'runner' },
  heartbeat: { method: 'POST', path: '/v1/runners/:id/heartbeat', scope: 'runner' },
  completeTask: { method: 'POST', path: '/v1/runners/:id/complete', scope: 'runner' },
  failTask: { method: 'POST', path: '/v1/runners/:id/fail', scope: 'runner' },
  handBack: { method: 'POST', path: '/v1/runners/:id/hand-back', scope: 'runner' },
  leaveRunner: { method: 'DELETE', path: '/v1/runners/:id', scope: 'runner' },
} as const;
export type RouteName = keyof typeof routes;
