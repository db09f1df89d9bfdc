// SPDX-License-Identifier: Apache-2.0
package io.ipcq;

import java.io.Serializable;

/**
 * What something {@link Attached} is on its way to another process: who reads it is attached to the same thing, or told that it is
 * gone. What was read so is detached when nothing in its process refers to it any more. For those who write or read such streams, and
 * want to attach to a thing once only.
 *
 * <p>Thread-safe: immutable. Process-safe: made to be passed on. Survives a crash: what it leads to does, as its type says.
 */
public interface Handle extends Serializable {}
