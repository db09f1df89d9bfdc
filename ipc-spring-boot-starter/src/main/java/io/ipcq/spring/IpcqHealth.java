// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.pool.PoolStats;
import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.DeadLetter;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.QueueStats;
import io.ipcq.queue.SharedQueue;
import java.util.LinkedHashMap;
import java.util.Map;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/**
 * Whether the queues and the pool of an application work, and what is in them.
 *
 * @param up false if a queue is closed or cannot be looked at
 */
record IpcqHealth(boolean up, Map<String, Object> details) {

    static IpcqHealth of(ConfigurableListableBeanFactory beans) {
        boolean up = true;
        Map<String, Object> details = new LinkedHashMap<>();
        for (Map.Entry<String, SharedQueue<?>> queue :
                ApplicationBeans.queues(beans).entrySet()) {
            try {
                details.put(queue.getKey(), of(queue.getValue()));
            } catch (RuntimeException e) {
                up = false;
                details.put(queue.getKey(), Map.of("error", String.valueOf(e.getMessage())));
            }
        }
        String name = ApplicationBeans.nameOfPool(beans);
        if (name != null && beans.getSingleton(name) instanceof ProcessPool pool) {
            PoolStats stats = pool.stats();
            details.put(
                    name,
                    Map.of(
                            "workers", stats.workers(),
                            "busy", stats.busy(),
                            "waiting", stats.waiting(),
                            "crashes", stats.crashes()));
        }
        return new IpcqHealth(up, details);
    }

    private static Map<String, Object> of(SharedQueue<?> queue) {
        QueueStats stats = queue.stats();
        Map<String, Object> details = new LinkedHashMap<>();
        details.put("depth", stats.size());
        if (queue instanceof DurableQueue<?> durable) {
            details.put("leased", stats.leased());
            try (DurableQueue<DeadLetter> letters = durable.deadLetters()) {
                details.put("deadLetters", letters.qsize());
            }
        }
        if (stats.shutdown()) {
            details.put("shutdown", true);
        }
        return details;
    }
}
