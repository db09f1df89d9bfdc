// SPDX-License-Identifier: Apache-2.0
/** What both libraries share: an exception, and what can be passed on to other processes. */
@NullMarked
package io.ipcq;

import org.jspecify.annotations.NullMarked;
