export { createLog, type Log, type LogOptions } from './create-log.ts';
export {
  type Counter,
  createMetrics,
  type Gauge,
  type Histogram,
  type Labels,
  type Metrics,
  metricsMediaType,
  secondsBuckets,
} from './create-metrics.ts';
export { isBearer, type MetricsServer, serveMetrics, serveMetricsByEnvironment } from './serve-metrics.ts';
export { whenToldToEnd } from './when-told-to-end.ts';
