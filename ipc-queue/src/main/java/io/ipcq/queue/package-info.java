// SPDX-License-Identifier: Apache-2.0
/** Queues that any number of producers and consumers share, in any number of processes. */
@NullMarked
package io.ipcq.queue;

import org.jspecify.annotations.NullMarked;
