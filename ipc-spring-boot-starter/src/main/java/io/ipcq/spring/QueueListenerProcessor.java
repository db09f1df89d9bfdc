// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.BeanCreationException;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** Finds the methods with {@link QueueListener}. */
final class QueueListenerProcessor implements BeanPostProcessor {

    private final ConfigurableListableBeanFactory beans;
    private final ObjectProvider<QueueListeners> listeners;
    private final Optional<String> only;

    /** @param only the one listener that this process is for */
    QueueListenerProcessor(
            ConfigurableListableBeanFactory beans, ObjectProvider<QueueListeners> listeners, Optional<String> only) {
        this.beans = beans;
        this.listeners = listeners;
        this.only = only;
    }

    @Override
    public Object postProcessAfterInitialization(Object bean, String name) {
        Map<Method, QueueListener> found = MethodIntrospector.selectMethods(
                AopUtils.getTargetClass(bean), (MethodIntrospector.MetadataLookup<QueueListener>)
                        method -> AnnotatedElementUtils.findMergedAnnotation(method, QueueListener.class));
        found.forEach((method, listener) -> add(bean, name, method, listener));
        return bean;
    }

    private void add(Object bean, String beanName, Method method, QueueListener listener) {
        String id = listener.id().isEmpty() ? beanName + "." + method.getName() : resolve(listener.id());
        boolean here = only.isEmpty() || only.get().equals(id);
        if (!here) {
            return;
        }
        int processes = only.isPresent() ? 0 : number(id, "processes", listener.processes(), 0);
        int workers = number(id, "workers", listener.workers(), 1);
        boolean autoStartup = Boolean.parseBoolean(resolve(listener.autoStartup()));
        ListenerMethod target = new ListenerMethod(id, bean, AopUtils.selectInvocableMethod(method, bean.getClass()));
        listeners
                .getObject()
                .add(new QueueListeners.Endpoint(
                        id,
                        autoStartup,
                        () -> processes > 0
                                ? new ListenerProcesses(application(id), processes)
                                : new ListenerThreads(id, queue(resolve(listener.queue()), target), target, workers)));
    }

    private SharedQueue<?> queue(String name, ListenerMethod method) {
        SharedQueue<?> queue = beans.getBean(name, SharedQueue.class);
        if (method.takesDelivery() && !(queue instanceof DurableQueue)) {
            throw new IllegalStateException("only a durable queue has deliveries: queue=" + name + ", method="
                    + method.method().toGenericString() + "; take the element itself as the parameter");
        }
        return queue;
    }

    private ListenerProcesses.Application application(String id) {
        Class<?> source = beans.getBeansWithAnnotation(SpringBootConfiguration.class).values().stream()
                .map(ClassUtils::getUserClass)
                .findFirst()
                .orElseThrow(() -> new IllegalStateException(
                        "a listener in processes needs an application with @SpringBootApplication, which they can run: id="
                                + id));
        ApplicationArguments arguments =
                beans.getBeanProvider(ApplicationArguments.class).getIfAvailable();
        return new ListenerProcesses.Application(
                source, arguments == null ? List.of() : List.of(arguments.getSourceArgs()), id);
    }

    private int number(String id, String what, String text, int least) {
        String resolved = resolve(text);
        try {
            int number = Integer.parseInt(resolved);
            if (number >= least) {
                return number;
            }
        } catch (NumberFormatException e) {
            // said below
        }
        throw new BeanCreationException("@QueueListener has to have a number of " + least + " or more: id=" + id + ", "
                + what + "=" + resolved);
    }

    private String resolve(String text) {
        String resolved = beans.resolveEmbeddedValue(text);
        return resolved == null ? "" : resolved;
    }
}
