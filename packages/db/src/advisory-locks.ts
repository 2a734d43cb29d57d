/** Postgres' advisory locks that we take, each for one thing in the whole fleet. Any different numbers do. */
export const LOCKS = {
  partitions: 7_245_001,
  deliveries: 7_245_002,
  rollups: 7_245_003,
  readingListener: 7_245_004,
  deviceQuota: 7_245_005,
  operators: 7_245_006,
  readingsBell: 7_245_008,
  maintenance: 7_245_025,
  imports: 7_245_026,
} as const;
