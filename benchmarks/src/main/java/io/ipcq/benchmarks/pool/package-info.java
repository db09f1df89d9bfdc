// SPDX-License-Identifier: Apache-2.0
/** Pools of processes, beside Python's and beside threads. */
@NullMarked
package io.ipcq.benchmarks.pool;

import org.jspecify.annotations.NullMarked;
