// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import org.springframework.beans.factory.config.ConfigurableListableBeanFactory;
import org.springframework.boot.autoconfigure.AutoConfiguration;
import org.springframework.boot.autoconfigure.condition.ConditionalOnClass;
import org.springframework.context.annotation.Bean;

/** Metrics, if there is Micrometer. */
@AutoConfiguration(after = IpcqAutoConfiguration.class)
@ConditionalOnClass(name = "io.micrometer.core.instrument.binder.MeterBinder")
public class IpcqMetricsAutoConfiguration {

    @Bean
    IpcqMeters ipcqMeters(ConfigurableListableBeanFactory beans) {
        return new IpcqMeters(beans);
    }
}
