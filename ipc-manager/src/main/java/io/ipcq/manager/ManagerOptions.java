// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.manager.wire.OwnType;
import io.ipcq.process.SerializableRunnable;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;

/**
 * How a manager in a child process behaves, as {@link ManagerBuilder} put it together. Immutable.
 *
 * @param types interfaces of the program's own, each with what makes an object for a name
 * @param directory where durable queues are, one directory each; empty if there are none
 * @param initializer what runs in the manager's process before it serves; empty for nothing
 */
public record ManagerOptions(
        Map<Class<?>, SerializableSupplier<?>> types,
        Optional<Path> directory,
        Optional<SerializableRunnable> initializer) {

    /** @throws IllegalArgumentException if a type cannot be served */
    public ManagerOptions {
        Objects.requireNonNull(types, "types").keySet().forEach(OwnType::new);
        Objects.requireNonNull(directory, "directory");
        Objects.requireNonNull(initializer, "initializer");
        types = Map.copyOf(types);
    }
}
