// SPDX-License-Identifier: Apache-2.0
/** The queue in shared memory beside its peers; read {@link io.ipcq.benchmarks.ring.RingBenchmark} first. */
@NullMarked
package io.ipcq.benchmarks.ring;

import org.jspecify.annotations.NullMarked;
