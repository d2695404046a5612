// Is taken for an executor, by its name.
import './tell-time.ts';
