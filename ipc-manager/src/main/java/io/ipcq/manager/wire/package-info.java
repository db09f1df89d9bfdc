// SPDX-License-Identifier: Apache-2.0
/**
 * What a manager's server and its clients share: JSON, the numbers and names of docs/protocol.md, and how values are
 * written on the wire.
 *
 * <p>Only the packages {@code manager} and {@code manager.server} use it. It is no API for programs, and changes as
 * these two need. Nothing here names a class of theirs. {@code Json} and {@code JsonReader} are the only classes of a
 * manager that import Jackson.
 */
@NullMarked
package io.ipcq.manager.wire;

import org.jspecify.annotations.NullMarked;
