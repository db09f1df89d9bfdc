// SPDX-License-Identifier: Apache-2.0
/** Codecs: how elements become bytes and bytes become elements. */
@NullMarked
package io.ipcq.codec;

import org.jspecify.annotations.NullMarked;
