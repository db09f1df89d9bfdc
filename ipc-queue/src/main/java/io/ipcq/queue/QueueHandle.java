// SPDX-License-Identifier: Apache-2.0
package io.ipcq.queue;

import java.io.Serializable;

/**
 * What a queue is on its way to another process: who reads it is attached to the same queue, or told that it is gone. For those who write or read
 * such streams, and want to attach to a queue once only.
 *
 * <p>Thread-safe: immutable. Process-safe: made to be passed on. Survives a crash: the queue does, see {@link SharedQueue}.
 */
public interface QueueHandle extends Serializable {}
