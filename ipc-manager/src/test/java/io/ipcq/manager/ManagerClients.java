// SPDX-License-Identifier: Apache-2.0
package io.ipcq.manager;

import io.ipcq.connection.AuthKey;
import io.ipcq.queue.SharedQueue;
import java.net.SocketAddress;
import java.util.Set;
import java.util.concurrent.ConcurrentMap;

/** What the tests have clients do in processes of their own, which they then kill. */
final class ManagerClients {

    static final int NUMBERS = 50;

    private ManagerClients() {}

    /** Waits for an element through the server. */
    static void get(SocketAddress address, AuthKey key, SharedQueue<String> begun) throws Exception {
        SharedQueue<String> queue = Manager.connect(address, key).queue("letters", String.class);
        begun.put("gets");
        System.out.println(queue.get());
    }

    /** Takes a lock, a permit and a lease, meets at a barrier, and is killed. */
    static void hold(SocketAddress address, AuthKey key, SharedQueue<String> begun) throws Exception {
        Manager manager = Manager.connect(address, key);
        manager.lock("lock").lock();
        manager.semaphore("permits", 1).acquire();
        manager.durableQueue("orders", String.class).receive();
        begun.put("holds");
        manager.barrier("meet", 2).await();
    }

    /** Uses proxies that came with the task. */
    static void use(SharedQueue<String> queue, ConcurrentMap<String, Integer> map, SharedLock lock) throws Exception {
        lock.lock();
        map.merge("runs", 1, Integer::sum);
        lock.unlock();
        queue.put("from " + io.ipcq.process.ChildProcess.current().name());
    }

    /** Adds the same numbers as the others do, counts all, and says how many of them were new. */
    static void share(Set<Integer> numbers, SharedValue<Integer> sum, SharedArray<Integer> added, int own) {
        for (int i = 0; i < NUMBERS; i++) {
            boolean isNew = numbers.add(i);
            sum.updateAndGet(before -> before == null ? 1 : before + 1);
            added.updateAndGet(own, before -> (before == null ? 0 : before) + (isNew ? 1 : 0));
        }
    }
}
