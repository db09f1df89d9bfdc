// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager.server;

import java.util.List;

/** What all clients of a server may have together. Each has a share of each. Thread-safe. */
final class Budgets {

    private final Budget memory;
    private final Budget stored;
    private final Budget names;
    private final Budget descriptors;

    Budgets(ManagerServerOptions options) {
        this.memory = new Budget("maxCallBytes", options.maxCallBytes());
        this.stored = new Budget("maxStoredBytes", options.maxStoredBytes());
        this.names = new Budget("maxNames", options.maxNames());
        this.descriptors = new Budget("maxQueueDescriptors", options.maxQueueDescriptors());
    }

    /** What a client, or something that is served, may take of the heap. */
    Budget.Share memory() {
        return memory.share();
    }

    /** What a client may store in maps, sets, lists, values and arrays. */
    Budget.Share stored() {
        return stored.share();
    }

    /** How many names a client may hold. */
    Budget.Share names() {
        return names.share();
    }

    /** What a client's queues may take of these. */
    Budget.Share descriptors() {
        return descriptors.share();
    }

    /** What clients have of what is limited. */
    List<Budget> all() {
        return List.of(memory, stored, names, descriptors);
    }
}
