#!/usr/bin/env bash
# SPDX-License-Identifier: MIT
# one_node.sh start|stop FOLDER   a Slurm of one node on loopback, for tests and for trying things
#
# Needs root and Debian's packages slurm-wlm and munge; neither systemd nor a Slurm that is set up.
# All of it lies in FOLDER, on ports of its own. Then: export SLURM_CONF=FOLDER/slurm.conf
set -u
say() { printf '%s\n' "$*" >&2; }
[ $# = 2 ] || { say "one_node.sh start|stop FOLDER"; exit 2; }
folder=$2

stop() {
  for name in slurmctld slurmd munged; do
    [ -s "$folder/$name.pid" ] && kill "$(cat "$folder/$name.pid")" 2>/dev/null
  done
  for _ in $(seq 50); do
    running=
    for name in slurmctld slurmd munged; do
      [ -s "$folder/$name.pid" ] && kill -0 "$(cat "$folder/$name.pid")" 2>/dev/null && running=$name
    done
    [ -z "$running" ] && return
    sleep 0.2
  done
  say "$running does not end"
}

start() {
  for program in slurmctld slurmd sbatch munged; do
    command -v "$program" >/dev/null || PATH=$PATH:/usr/sbin command -v "$program" >/dev/null || {
      say "$program is not installed: apt-get install slurm-wlm munge"
      exit 77
    }
  done
  [ "$(id -u)" = 0 ] || { say "needs root"; exit 77; }
  export PATH=$PATH:/usr/sbin
  mkdir -p "$folder/state" "$folder/spool" "$folder/log"
  chmod 700 "$folder"
  folder=$(cd "$folder" && pwd)
  host=$(hostname -s)
  dd if=/dev/urandom of="$folder/munge.key" bs=1024 count=1 2>/dev/null
  chmod 400 "$folder/munge.key"
  # Each file in a folder of root's alone: --force leaves out munge's check of the folders above it.
  munged --force --socket="$folder/munge.socket" --key-file="$folder/munge.key" \
    --pid-file="$folder/munged.pid" --log-file="$folder/log/munged.log" \
    --seed-file="$folder/munge.seed" --num-threads=2 2>"$folder/log/munged.err" || {
    say "munged: $(tail -n 1 "$folder/log/munged.err")"
    exit 1
  }
  cpus=$(nproc)
  cat >"$folder/slurm.conf" <<CONF
ClusterName=pincel
SlurmctldHost=$host(127.0.0.1)
SlurmUser=root
SlurmdUser=root
AuthType=auth/munge
AuthInfo=socket=$folder/munge.socket
CredType=cred/munge
SlurmctldPort=26817
SlurmdPort=26818
SlurmctldPidFile=$folder/slurmctld.pid
SlurmdPidFile=$folder/slurmd.pid
SlurmctldLogFile=$folder/log/slurmctld.log
SlurmdLogFile=$folder/log/slurmd.log
StateSaveLocation=$folder/state
SlurmdSpoolDir=$folder/spool
ProctrackType=proctrack/linuxproc
TaskPlugin=task/none
SwitchType=switch/none
MpiDefault=none
SelectType=select/cons_tres
SelectTypeParameters=CR_Core
JobAcctGatherType=jobacct_gather/none
AccountingStorageType=accounting_storage/none
JobRequeue=1
ReturnToService=2
KillWait=3
MinJobAge=3600
SlurmctldParameters=idle_on_node_suspend
SchedulerParameters=batch_sched_delay=0,sched_interval=2,bf_interval=2
NodeName=$host NodeAddr=127.0.0.1 CPUs=$cpus RealMemory=1000 State=UNKNOWN
PartitionName=main Nodes=$host Default=YES MaxTime=INFINITE State=UP
CONF
  export SLURM_CONF=$folder/slurm.conf
  slurmctld -c >"$folder/log/start.log" 2>&1 && slurmd >>"$folder/log/start.log" 2>&1 || {
    say "$(tail -n 1 "$folder/log/start.log")"
    stop
    exit 1
  }
  for _ in $(seq 100); do
    if sinfo -h -o %T 2>/dev/null | grep -q '^idle$'; then
      say "Slurm is up: export SLURM_CONF=$folder/slurm.conf"
      return
    fi
    sleep 0.2
  done
  say "the node does not come up: $(tail -n 1 "$folder/log/slurmd.log")"
  stop
  exit 1
}

case $1 in
start) start ;;
stop) stop ;;
*) say "one_node.sh start|stop FOLDER" && exit 2 ;;
esac
