// SPDX-License-Identifier: Apache-2.0
/**
 * What monitoring sees of a program.
 *
 * <p>Read {@link io.ipcq.metrics.Watched} first: what is shown, and under which names. {@link io.ipcq.metrics.IpcqMetrics} makes meters
 * of it, for Micrometer. Nothing is counted for them, and nothing runs in the background: what is watched is asked when somebody looks.
 *
 * <p>Micrometer is an optional dependency, and only {@code IpcqMetrics} and its neighbours use it.
 */
@NullMarked
package io.ipcq.metrics;

import org.jspecify.annotations.NullMarked;
