// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.wire;

import io.ipcq.connection.AuthKey;
import io.ipcq.process.SerializableRunnable;
import java.io.Serializable;
import java.util.LinkedHashMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * What is sent to the process of a manager. It contains the key, so it goes through the private file of the task.
 *
 * @param directory where durable queues are kept; null if there are none
 * @param types the interfaces to serve, each with a factory that can travel
 * @param initializer is called before it serves
 */
public record ManagerTask(
        AuthKey key,
        @Nullable String directory,
        LinkedHashMap<Class<?>, Supplier<?>> types,
        @Nullable SerializableRunnable initializer)
        implements Serializable {}
