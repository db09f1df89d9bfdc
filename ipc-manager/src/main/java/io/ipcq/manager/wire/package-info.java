// SPDX-License-Identifier: Apache-2.0
/**
 * What a manager's server and its clients both speak: JSON, numbers and names of docs/protocol.md, and how values stand
 * on the wire.
 *
 * <p>For the two packages above only: no program uses it, and it changes as they need. Nothing here names a class of
 * them. {@code Json} and {@code JsonReader} are the only classes of a manager that import Jackson.
 */
@NullMarked
package io.ipcq.manager.wire;

import org.jspecify.annotations.NullMarked;
