// SPDX-License-Identifier: Apache-2.0
/** How long a child takes to start, beside a bare JVM and beside a fork. */
@NullMarked
package io.ipcq.benchmarks.start;

import org.jspecify.annotations.NullMarked;
