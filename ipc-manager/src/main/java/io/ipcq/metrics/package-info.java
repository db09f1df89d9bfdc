// SPDX-License-Identifier: Apache-2.0
/**
 * What monitoring sees of a program: meters for Micrometer and beans for JMX.
 *
 * <p>Read {@link io.ipcq.metrics.Watched} first: what is shown, and under which names.
 * {@link io.ipcq.metrics.IpcqMetrics} makes meters of it, {@link io.ipcq.metrics.IpcqBeans} beans; both show the same
 * numbers. Nothing is counted for them, and nothing runs in the background: what is watched is asked when somebody
 * looks.
 *
 * <p>Micrometer is an optional dependency, and only {@code IpcqMetrics} and its neighbours use it. JMX is in the module
 * {@code java.management} of the JDK.
 */
@NullMarked
package io.ipcq.metrics;

import org.jspecify.annotations.NullMarked;
