// SPDX-License-Identifier: Apache-2.0
/** The samples ladder. */
@NullMarked
package io.ipcq.samples;

import org.jspecify.annotations.NullMarked;
