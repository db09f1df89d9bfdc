// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.pool.ProcessPool;
import io.ipcq.queue.SharedQueue;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;

/** The queues and the pool of an application. */
final class ApplicationBeans {

    private ApplicationBeans() {}

    /** Opens those that nobody has used yet. */
    static Map<String, SharedQueue<?>> queues(ConfigurableListableBeanFactory beans) {
        Map<String, SharedQueue<?>> queues = new TreeMap<>();
        for (String name : beans.getBeanNamesForType(SharedQueue.class)) {
            queues.put(name, beans.getBean(name, SharedQueue.class));
        }
        return queues;
    }

    /** Null if there is none, or more than one. */
    static @Nullable String nameOfPool(ConfigurableListableBeanFactory beans) {
        String[] names = beans.getBeanNamesForType(ProcessPool.class, true, false);
        return names.length == 1 ? names[0] : null;
    }
}
