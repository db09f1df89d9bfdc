// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.SharedQueue;
import java.lang.reflect.Method;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.springframework.aop.support.AopUtils;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.BeanPostProcessor;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.ApplicationArguments;
import org.springframework.boot.SpringBootConfiguration;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.core.MethodIntrospector;
import org.springframework.core.annotation.AnnotatedElementUtils;
import org.springframework.util.ClassUtils;

/** Finds the methods with {@link QueueListener}. */
final class QueueListenerProcessor implements BeanPostProcessor {

    private final ConfigurableListableBeanFactory beans;
    private final ObjectProvider<QueueListeners> listeners;
    private final ApplicationEventPublisher events;
    private final Optional<String> only;

    /** @param only the one listener that this process is for */
    QueueListenerProcessor(
            ConfigurableListableBeanFactory beans,
            ObjectProvider<QueueListeners> listeners,
            ApplicationEventPublisher events,
            Optional<String> only) {
        this.beans = beans;
        this.listeners = listeners;
        this.events = events;
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
        int batch = number(id, "batch", listener.batch(), 0);
        boolean autoStartup = Boolean.parseBoolean(resolve(listener.autoStartup()));
        Method callable = AopUtils.selectInvocableMethod(method, bean.getClass());
        listeners.getObject().add(new QueueListeners.Endpoint(id, autoStartup, () -> {
            ListenerSurroundings surroundings = surroundings(listener);
            if (processes > 0 && !isOfThreads()) {
                return new ListenerProcesses(application(id), processes, surroundings);
            }
            ListenerMethod target = new ListenerMethod(id, bean, callable, batch, surroundings);
            return new ListenerThreads(
                    id, queue(resolve(listener.queue()), target), target, workers * Math.max(1, processes));
        }));
    }

    /** As in a test: then a child process would be a thread, too, and has no application of its own. */
    private static boolean isOfThreads() {
        return System.getProperty(IpcqTest.CHILDREN, "").equals(IpcqTest.THREADS);
    }

    /** Made when the application starts: the beans may be made late. */
    @SuppressWarnings("unchecked") // a filter for other elements throws at the first one, which goes back
    private ListenerSurroundings surroundings(QueueListener listener) {
        String filter = resolve(listener.filter());
        String errorHandler = resolve(listener.errorHandler());
        return new ListenerSurroundings(
                filter.isEmpty() ? any -> true : beans.getBean(filter, Predicate.class),
                errorHandler.isEmpty()
                        ? Optional.empty()
                        : Optional.of(beans.getBean(errorHandler, QueueErrorHandler.class)),
                beans.getBeanProvider(ListenerObserver.class).getIfAvailable(() -> ListenerObserver.NONE),
                events);
    }

    private SharedQueue<?> queue(String name, ListenerMethod method) {
        SharedQueue<?> queue = beans.getBean(name, SharedQueue.class);
        boolean needsDurable =
                method.takesDelivery() || method.surroundings().errorHandler().isPresent();
        if (needsDurable && !(queue instanceof DurableQueue)) {
            throw new SettingException(
                    "only a durable queue has deliveries, and an error handler to settle them: queue=" + name
                            + ", method=" + method.method().toGenericString(),
                    "Take the element itself as the parameter, and no errorHandler, or set ipcq.queue." + name
                            + ".kind=durable.");
        }
        return queue;
    }

    private ListenerProcesses.Application application(String id) {
        Class<?> source = beans.getBeansWithAnnotation(SpringBootConfiguration.class).values().stream()
                .map(ClassUtils::getUserClass)
                .findFirst()
                .orElseThrow(() -> new SettingException(
                        "a listener in processes needs an application that they can run: id=" + id,
                        "Have a class with @SpringBootApplication."));
        ApplicationArguments arguments =
                beans.getBeanProvider(ApplicationArguments.class).getIfAvailable();
        return new ListenerProcesses.Application(
                source,
                arguments == null ? List.of() : List.of(arguments.getSourceArgs()),
                id,
                InheritedQueues.of(beans));
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
        throw new SettingException(
                "a number of @QueueListener is none, or too small: id=" + id + ", " + what + "=" + resolved,
                "Let it be " + least + " or more.");
    }

    private String resolve(String text) {
        String resolved = beans.resolveEmbeddedValue(text);
        return resolved == null ? "" : resolved;
    }
}
