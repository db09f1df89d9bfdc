// SPDX-License-Identifier: Apache-2.0
package io.ipcq.metrics;

import io.ipcq.Log;
import java.lang.management.ManagementFactory;
import java.util.ArrayList;
import java.util.List;
import javax.management.InstanceAlreadyExistsException;
import javax.management.JMException;
import javax.management.MBeanServer;
import javax.management.ObjectName;
import javax.management.StandardMBean;

/**
 * Beans of queues, pools and managers, for JMX: {@code io.ipcq:type=Queue,name="orders"}, and the types {@code Pool}
 * and {@code Manager}.
 *
 * <pre>{@code
 * try (IpcqBeans beans = new IpcqBeans(new Watched().queue("orders", orders).pool(pool))) {
 *     serve();
 * }
 * }</pre>
 *
 * <p>They are there from the constructor to {@link #close}. The JDK's server of beans keeps them, and with them what is
 * watched and its class loader: an application that is deployed anew closes this.
 *
 * <p>Thread-safe. Process-safe: it concerns this process. Survives a crash: not applicable.
 */
public final class IpcqBeans implements AutoCloseable {

    private final MBeanServer server;
    private final List<ObjectName> names = new ArrayList<>(); // guarded by this

    /** In the JDK's own server of beans, where tools look. */
    public IpcqBeans(Watched watched) {
        this(watched, ManagementFactory.getPlatformMBeanServer());
    }

    /**
     * What is added to {@link Watched} later has no beans.
     *
     * @throws IllegalStateException if there is a bean of such a name; then none was made
     */
    public IpcqBeans(Watched watched, MBeanServer server) {
        this.server = server;
        boolean whole = false;
        try {
            watched.queues().forEach(queue -> add("Queue", queue, new QueueBean(queue), QueueMXBean.class));
            watched.pools().forEach(pool -> add("Pool", pool, new PoolBean(pool), PoolMXBean.class));
            watched.servers()
                    .forEach(each -> add("Manager", each, new ManagerBean(each.server()), ManagerMXBean.class));
            whole = true;
        } finally {
            if (!whole) {
                close();
            }
        }
    }

    /** Names are anybody's text: quoted, they cannot be patterns, or other properties of the name. */
    private synchronized <T> void add(String type, Watched.Named named, T bean, Class<T> shown) {
        try {
            ObjectName name = new ObjectName("io.ipcq:type=" + type + ",name=" + ObjectName.quote(named.name()));
            server.registerMBean(new StandardMBean(bean, shown, true), name);
            names.add(name);
        } catch (InstanceAlreadyExistsException e) {
            throw new IllegalStateException(
                    "there is a bean of this name: type=" + type + ", name=" + named.name()
                            + "; close the other IpcqBeans, or give this one another name",
                    e);
        } catch (JMException e) {
            throw new IllegalStateException("the bean cannot be made: type=" + type + ", name=" + named.name(), e);
        }
    }

    /** Takes the beans out of the server. Idempotent. */
    @Override
    public synchronized void close() {
        for (ObjectName name : names) {
            try {
                server.unregisterMBean(name);
            } catch (JMException gone) {
                Log.of(IpcqBeans.class).debug("somebody else has taken the bean out: name={}", name, gone);
            }
        }
        names.clear();
    }
}
