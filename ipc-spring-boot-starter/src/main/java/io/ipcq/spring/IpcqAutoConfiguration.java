// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import static io.ipcq.spring.QueueBeans.ifGiven;

import io.ipcq.connection.AuthKey;
import io.ipcq.manager.Manager;
import io.ipcq.pool.ProcessPool;
import io.ipcq.pool.ProcessPoolBuilder;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.net.UnixDomainSocketAddress;
import java.nio.file.Path;
import java.util.Optional;
import org.springframework.beans.factory.ObjectProvider;
import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnMissingBean;
import org.springframework.boot.autoconfigure.condition.ConditionalOnProperty;
import org.springframework.boot.context.properties.EnableConfigurationProperties;
import org.springframework.context.ApplicationEventPublisher;
import org.springframework.context.annotation.Bean;
import org.springframework.context.annotation.Configuration;
import org.springframework.context.annotation.Import;
import org.springframework.context.annotation.Lazy;
import org.springframework.core.env.Environment;

/** Makes the beans of {@link IpcqProperties}, and calls the methods with {@link QueueListener}. */
@AutoConfiguration
@EnableConfigurationProperties(IpcqProperties.class)
@Import(QueueBeans.class)
public class IpcqAutoConfiguration {

    @Bean
    static QueueListenerProcessor ipcqListenerProcessor(
            ConfigurableListableBeanFactory beans,
            ObjectProvider<QueueListeners> listeners,
            ApplicationEventPublisher events,
            Environment environment) {
        return new QueueListenerProcessor(
                beans, listeners, events, Optional.ofNullable(environment.getProperty(ListenerProcesses.ONLY)));
    }

    @Bean
    QueueListeners ipcqListeners(IpcqProperties properties) {
        return new QueueListeners(properties.listener().shutdownTimeout());
    }

    /** The pool, unless the application has one of its own. */
    @Configuration(proxyBeanMethods = false)
    @ConditionalOnMissingBean(ProcessPool.class)
    @ConditionalOnProperty(name = "ipcq.pool.enabled", matchIfMissing = true)
    static class Pool {

        private static final String NAME = "ipcqPool";

        @Bean(name = NAME, destroyMethod = "shutdownNow")
        @Lazy
        ProcessPool ipcqPool(IpcqProperties properties) {
            IpcqProperties.Pool given = properties.pool();
            ProcessPoolBuilder builder = ProcessPool.builder().endAtExit(false); // the application ends it in its turn
            ifGiven(given.workers(), builder::workers);
            ifGiven(given.maxTasksPerWorker(), builder::maxTasksPerWorker);
            ifGiven(given.maxWorkerHeap(), builder::maxWorkerHeap);
            ifGiven(given.taskTimeout(), builder::taskTimeout);
            ifGiven(given.retries(), builder::retries);
            if (!given.jvmOptions().isEmpty()) {
                builder.jvmOptions(given.jvmOptions().toArray(String[]::new));
            }
            return builder.create();
        }

        @Bean
        PoolLifecycle ipcqPoolLifecycle(ConfigurableListableBeanFactory beans, IpcqProperties properties) {
            return new PoolLifecycle(beans, NAME, properties.pool().shutdownTimeout());
        }
    }

    @Bean(destroyMethod = "close")
    @Lazy
    @ConditionalOnMissingBean(Manager.class)
    @ConditionalOnProperty(name = "ipcq.manager.start", havingValue = "true")
    Manager ipcqManager() throws IOException, InterruptedException {
        return Manager.start();
    }

    @Bean(destroyMethod = "close")
    @ConditionalOnMissingBean(Manager.class)
    @ConditionalOnProperty(name = "ipcq.manager.address")
    Manager ipcqManagerClient(IpcqProperties properties) throws IOException, InterruptedException {
        String address = properties.manager().address();
        Path keyFile = properties.manager().keyFile();
        if (address == null || keyFile == null) {
            throw new SettingException(
                    "a manager is connected to with its key: ipcq.manager.address=" + address,
                    "Set ipcq.manager.key-file.");
        }
        return Manager.connect(parse(address), AuthKey.load(keyFile));
    }

    private static SocketAddress parse(String address) {
        int colon = address.lastIndexOf(':');
        if (colon < 0 || address.contains("/")) {
            return UnixDomainSocketAddress.of(Path.of(address).toAbsolutePath());
        }
        try {
            return new InetSocketAddress(address.substring(0, colon), Integer.parseInt(address.substring(colon + 1)));
        } catch (NumberFormatException e) {
            throw new SettingException(
                    "the address of a manager is a path, or host:port: ipcq.manager.address=" + address,
                    "Set it to one of these.",
                    e);
        }
    }
}
