package io.autoscale.reactor.standin;

import static org.assertj.core.api.Assertions.assertThat;

import io.autoscale.reactor.event.InstanceId;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.time.Duration;
import java.util.EnumSet;
import org.apache.sshd.client.SshClient;
import org.apache.sshd.client.channel.ChannelExec;
import org.apache.sshd.client.channel.ClientChannelEvent;
import org.apache.sshd.client.config.hosts.HostConfigEntryResolver;
import org.apache.sshd.client.keyverifier.AcceptAllServerKeyVerifier;
import org.apache.sshd.client.session.ClientSession;
import org.apache.sshd.common.keyprovider.FileKeyPairProvider;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CloudTest {

    @TempDir
    private Path directory;

    private Cloud cloud;

    @BeforeEach
    void start() {
        cloud = new Cloud(directory);
        cloud.host().duration(Duration.ZERO);
    }

    @AfterEach
    void stop() throws IOException {
        cloud.close();
    }

    @Test
    void minionOfABootstrappedInstanceAsksTheMasterUntilTheInstanceEnds() throws Exception {
        String id = cloud.launch("web");
        assertThat(InstanceId.isValid(id)).isTrue();

        assertThat(bootstrap(id)).contains(cloud.host().minionKey(id).orElseThrow());
        assertThat(cloud.salt().section("minions_pre"))
                .containsEntry(id, cloud.host().minionKey(id).orElseThrow());
        assertThat(cloud.salt().minionRuns(id)).isTrue();

        cloud.terminate(id);
        assertThat(cloud.salt().minionRuns(id)).isFalse();
        assertThat(bootstrap(id)).isEmpty();
    }

    private String bootstrap(String id) throws Exception {
        KeyPair pair = new FileKeyPairProvider(cloud.privateKey())
                .loadKeys(null)
                .iterator()
                .next();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Duration patience = Duration.ofSeconds(20);
        try (SshClient client = SshClient.setUpDefaultClient()) {
            client.setHostConfigEntryResolver(HostConfigEntryResolver.EMPTY);
            client.setServerKeyVerifier(AcceptAllServerKeyVerifier.INSTANCE);
            client.start();
            try (ClientSession session = client.connect(
                            "ec2-user", "127.0.0.1", cloud.host().port())
                    .verify(patience)
                    .getSession()) {
                session.addPublicKeyIdentity(pair);
                session.auth().verify(patience);
                try (ChannelExec channel = session.createExecChannel("sh bootstrap.sh 'master=salt' 'id=" + id + "'")) {
                    channel.setOut(out);
                    channel.open().verify(patience);
                    channel.waitFor(EnumSet.of(ClientChannelEvent.CLOSED), patience);
                }
            }
        }
        return out.toString();
    }
}
