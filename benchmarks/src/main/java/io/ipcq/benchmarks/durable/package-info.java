// SPDX-License-Identifier: Apache-2.0
/** {@code ./ipcq bench durable}: the durable queue beside plain Chronicle Queue. */
@NullMarked
package io.ipcq.benchmarks.durable;

import org.jspecify.annotations.NullMarked;
