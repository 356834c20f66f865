import { spawn, type ChildProcess } from 'node:child_process';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

const jars = [
  'zookeeper',
  'zookeeper-jute',
  'slf4j-api',
  'slf4j-nop',
  'netty-handler',
  'netty-buffer',
  'netty-codec',
  'netty-common',
  'netty-resolver',
  'netty-transport',
  'netty-transport-native-epoll',
  'netty-transport-native-unix-common',
  'snappy-java',
  'metrics-core',
  'commons-cli',
].map((name) => `/usr/share/java/${name}.jar`);

/** Apache ZooKeeper from Debian's packages, one server, empty. */
export async function startZooKeeper(folder: string, port: number): Promise<ChildProcess> {
  if (!existsSync(jars[0]!))
    throw new Error(
      'No ZooKeeper: apt-get install --no-install-recommends zookeeper, or name a real cluster (README.md)',
    );
  mkdirSync(folder, { recursive: true });
  const file = join(folder, 'zoo.cfg');
  writeFileSync(
    file,
    `tickTime=500\ninitLimit=10\nsyncLimit=5\ndataDir=${folder}/data\nclientPort=${port}\nclientPortAddress=127.0.0.1\nadmin.enableServer=false\nmaxClientCnxns=200\n4lw.commands.whitelist=*\n`,
  );
  const child = spawn(
    'java',
    ['-Xmx256m', '-cp', jars.join(':'), 'org.apache.zookeeper.server.quorum.QuorumPeerMain', file],
    { stdio: 'ignore' },
  );
  for (let tries = 0; !(await answers(port)); tries++) {
    if (tries > 200 || child.exitCode !== null) throw new Error('ZooKeeper did not start');
    await sleep(100);
  }
  return child;
}

function answers(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, '127.0.0.1', () => socket.write('ruok'));
    socket.on('data', () => {
      resolve(true);
      socket.destroy();
    });
    socket.on('error', () => {
      resolve(false);
    });
    socket.on('close', () => {
      resolve(false);
    });
  });
}
