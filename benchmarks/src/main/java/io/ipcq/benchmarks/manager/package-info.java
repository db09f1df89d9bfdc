// SPDX-License-Identifier: Apache-2.0
/**
 * {@code ./ipcq bench manager}: a manager's queue beside the ring itself, and beside Python's
 * {@code Manager().Queue()}; a pipe beside Python's.
 */
@NullMarked
package io.ipcq.benchmarks.manager;

import org.jspecify.annotations.NullMarked;
