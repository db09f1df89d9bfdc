// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.queue.SharedQueue;
import java.io.Serializable;
import java.util.Map;
import java.util.TreeMap;
import org.springframework.beans.factory.ListableBeanFactory;

/**
 * The queues of an application that its listeners' processes cannot open by their properties: those in memory without a
 * directory, and those of a manager that the application has started. In such a process they take the place of new
 * ones.
 */
record InheritedQueues(TreeMap<String, SharedQueue<?>> queues) implements Serializable {

    private static final long serialVersionUID = 1L;

    static InheritedQueues of(ListableBeanFactory beans) {
        Map<String, IpcqProperties.Queue> all =
                beans.getBean(IpcqProperties.class).queue();
        TreeMap<String, SharedQueue<?>> queues = new TreeMap<>();
        all.forEach((name, queue) -> {
            if (queue.kind() != IpcqProperties.Kind.DURABLE && queue.directory() == null) {
                queues.put(name, beans.getBean(name, SharedQueue.class));
            }
        });
        return new InheritedQueues(queues);
    }
}
