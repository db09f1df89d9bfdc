// SPDX-License-Identifier: Apache-2.0
/** Process pairs measured against their peers. */
@NullMarked
package io.ipcq.benchmarks;

import org.jspecify.annotations.NullMarked;
