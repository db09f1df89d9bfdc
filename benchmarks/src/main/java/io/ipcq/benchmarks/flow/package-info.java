// SPDX-License-Identifier: Apache-2.0
/** Messages that flow from processes to others: how many a second, through ours and through a peer, in turns. */
@NullMarked
package io.ipcq.benchmarks.flow;

import org.jspecify.annotations.NullMarked;
