// SPDX-License-Identifier: Apache-2.0
package io.ipcq.spring;

import java.lang.annotation.Documented;
import java.lang.annotation.ElementType;
import java.lang.annotation.Inherited;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.junit.jupiter.api.extension.ExtendWith;
import org.springframework.boot.autoconfigure.ImportAutoConfiguration;
import org.springframework.boot.test.context.ConfigDataApplicationContextInitializer;
import org.springframework.context.ApplicationContextInitializer;
import org.springframework.context.ConfigurableApplicationContext;
import org.springframework.core.annotation.AliasFor;
import org.springframework.test.context.ContextConfiguration;
import org.springframework.test.context.junit.jupiter.SpringExtension;

/**
 * On a class of tests: an application of nothing but ipcq's beans, the given classes, and
 * {@code application.properties}.
 *
 * <pre>{@code
 * @IpcqTest(OrderListener.class)
 * class OrderListenerTest {
 *     @Autowired DurableQueue<Order> orders;
 * }
 * }</pre>
 *
 * <p>Children and workers are threads of the test's JVM, as with {@code -Dipcq.children=threads}, which such a test
 * sets for its JVM unless it is set: so breakpoints hold, and tests are fast. A listener with {@code processes} is
 * called by as many threads. Everything travels as between processes, in copies.
 *
 * <p>Needs {@code spring-boot-starter-test}.
 */
@Documented
@Inherited
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@ExtendWith(SpringExtension.class)
@ContextConfiguration(initializers = {ConfigDataApplicationContextInitializer.class, IpcqTest.Threads.class})
@ImportAutoConfiguration(IpcqAutoConfiguration.class)
public @interface IpcqTest {

    /** The system property that says what children are. */
    String CHILDREN = "ipcq.children";

    /** Its value for threads. */
    String THREADS = "threads";

    /** Components and configurations that are tested. */
    @AliasFor(annotation = ContextConfiguration.class, attribute = "classes")
    Class<?>[] value() default {};

    /** Makes threads of the children of a test. */
    final class Threads implements ApplicationContextInitializer<ConfigurableApplicationContext> {
        @Override
        public void initialize(ConfigurableApplicationContext application) {
            if (System.getProperty(CHILDREN) == null) {
                System.setProperty(CHILDREN, THREADS);
            }
        }
    }
}
