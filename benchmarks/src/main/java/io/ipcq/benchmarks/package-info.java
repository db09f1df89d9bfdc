// SPDX-License-Identifier: Apache-2.0
/**
 * Measures the library beside its peers, in the same run on the same machine. Each group of rows has a package; read
 * {@link io.ipcq.benchmarks.durable.DurableBenchmark} first; benchmarks/README.md has the figures.
 */
@NullMarked
package io.ipcq.benchmarks;

import org.jspecify.annotations.NullMarked;
