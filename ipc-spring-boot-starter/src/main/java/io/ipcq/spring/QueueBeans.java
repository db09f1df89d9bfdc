// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import io.ipcq.manager.Manager;
import io.ipcq.queue.DurableQueue;
import io.ipcq.queue.DurableQueueBuilder;
import io.ipcq.queue.SharedQueue;
import io.ipcq.queue.SharedQueueBuilder;
import io.ipcq.spring.IpcqProperties.Kind;
import java.io.IOException;
import java.nio.file.Path;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.springframework.beans.factory.BeanFactory;
import org.springframework.beans.factory.BeanFactoryAware;
import org.springframework.beans.factory.support.BeanDefinitionRegistry;
import org.springframework.beans.factory.support.RootBeanDefinition;
import org.springframework.boot.context.properties.bind.Binder;
import org.springframework.context.EnvironmentAware;
import org.springframework.context.annotation.ImportBeanDefinitionRegistrar;
import org.springframework.core.ResolvableType;
import org.springframework.core.env.Environment;
import org.springframework.core.type.AnnotationMetadata;

/**
 * Makes a bean of each queue among the properties. It is known by its elements' type, too, so that it can be injected
 * by that.
 */
final class QueueBeans implements ImportBeanDefinitionRegistrar, EnvironmentAware, BeanFactoryAware {

    private @Nullable Environment environment;
    private @Nullable BeanFactory beans;

    @Override
    public void setEnvironment(Environment environment) {
        this.environment = environment;
    }

    @Override
    public void setBeanFactory(BeanFactory beans) {
        this.beans = beans;
    }

    @Override
    public void registerBeanDefinitions(AnnotationMetadata importing, BeanDefinitionRegistry registry) {
        if (environment == null || beans == null) {
            throw new IllegalStateException("not in an application");
        }
        BeanFactory factory = beans;
        IpcqProperties properties = Binder.get(environment).bindOrCreate("ipcq", IpcqProperties.class);
        properties.queue().forEach((name, queue) -> {
            if (!registry.containsBeanDefinition(name)) {
                registry.registerBeanDefinition(name, definition(name, queue, factory));
            }
        });
    }

    private static RootBeanDefinition definition(String name, IpcqProperties.Queue queue, BeanFactory beans) {
        Class<?> type = queue.type();
        if (type == null) {
            throw missing(name, "type", "the class of its elements");
        }
        if (queue.kind() == Kind.DURABLE && queue.directory() == null) {
            throw missing(name, "directory", "where its files are");
        }
        Class<?> kind = queue.kind() == Kind.DURABLE ? DurableQueue.class : SharedQueue.class;
        RootBeanDefinition definition = new RootBeanDefinition();
        definition.setTargetType(ResolvableType.forClassWithGenerics(kind, type));
        definition.setInstanceSupplier(() -> open(name, queue, type, beans));
        definition.setDestroyMethodName("close");
        definition.setLazyInit(true);
        return definition;
    }

    private static SettingException missing(String name, String property, String what) {
        return new SettingException(
                "a queue has to say " + what + ": queue=" + name, "Set ipcq.queue." + name + "." + property + ".");
    }

    private static SharedQueue<?> open(String name, IpcqProperties.Queue queue, Class<?> type, BeanFactory beans) {
        InheritedQueues inherited = beans.getBeanProvider(InheritedQueues.class).getIfAvailable();
        SharedQueue<?> given = inherited == null ? null : inherited.queues().get(name);
        if (given != null) {
            return given;
        }
        try {
            return switch (queue.kind()) {
                case DURABLE -> durable(queue, type).openOrCreate(directory(queue));
                case MEMORY -> memory(queue, type);
                case MANAGER -> managed(name, queue, type, beans.getBean(Manager.class));
            };
        } catch (IOException e) {
            throw new SettingException(
                    "a queue cannot be opened: queue=" + name + ", reason=" + e,
                    "Set ipcq.queue." + name
                            + ".directory to a directory of this user's, on a local file system with room.",
                    e);
        }
    }

    private static Path directory(IpcqProperties.Queue queue) {
        Path directory = queue.directory();
        if (directory == null) {
            throw new IllegalStateException("no directory");
        }
        return directory.toAbsolutePath();
    }

    private static <E> DurableQueueBuilder<E> durable(IpcqProperties.Queue queue, Class<E> type) {
        DurableQueueBuilder<E> builder = DurableQueue.builder(type);
        ifGiven(queue.maxSize(), builder::maxSize);
        ifGiven(queue.leaseTimeout(), builder::leaseTimeout);
        ifGiven(queue.maxAttempts(), builder::maxAttempts);
        ifGiven(queue.redeliveryDelay(), builder::redeliveryDelay);
        ifGiven(queue.sync(), builder::sync);
        return builder;
    }

    private static <E> SharedQueue<E> memory(IpcqProperties.Queue queue, Class<E> type) throws IOException {
        SharedQueueBuilder<E> builder = SharedQueue.builder(type);
        ifGiven(queue.maxSize(), builder::maxSize);
        return queue.directory() == null ? builder.create() : builder.openOrCreate(directory(queue));
    }

    private static <E> SharedQueue<E> managed(String name, IpcqProperties.Queue queue, Class<E> type, Manager manager) {
        Long maxSize = queue.maxSize();
        return maxSize == null ? manager.queue(name, type) : manager.queue(name, type, maxSize);
    }

    static <T> void ifGiven(@Nullable T value, Consumer<T> use) {
        if (value != null) {
            use.accept(value);
        }
    }
}
