// SPDX-License-Identifier: Apache-2.0
/** The ipcq command. */
@NullMarked
package io.ipcq.cli;

import org.jspecify.annotations.NullMarked;
