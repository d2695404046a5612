/** The page's policy forbids code made from text; the schema library is told, so that it does not try. */
(globalThis as { __zod_globalConfig?: { jitless: boolean } }).__zod_globalConfig = { jitless: true };

export {};
