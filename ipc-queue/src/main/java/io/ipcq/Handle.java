// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.io.Serializable;

/**
 * The serialized form of an {@link Attached} thing on its way to another process. The process that reads it is attached
 * to the same thing, or learns that it is gone. It is detached when nothing in that process refers to it any more. Use
 * this class if you write or read such streams, and want to attach to each thing only once.
 *
 * <p>Thread-safe: immutable. Process-safe: made to be passed on. Survives a crash: what it leads to does, as its type
 * says.
 */
public interface Handle extends Serializable {}
