// Starts the database of a home and stays; killed by whoever started it.
import { startPostgres } from '@filmwright/records/embedded';

await startPostgres({ home: process.argv[2] ?? '' });
setInterval(() => {}, 3_600_000);
