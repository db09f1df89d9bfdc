// SPDX-License-Identifier: Apache-2.0
/** The exception that both libraries share. */
@NullMarked
package io.ipcq;

import org.jspecify.annotations.NullMarked;
