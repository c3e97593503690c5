package importer

import (
	"regexp"
	"strings"
)

// tools are programs that runbooks call, beyond those that are told by their
// options, pipes or paths.
var tools = words(`ab adb aerospike alembic amtool ansible ansible-playbook apt apt-get aws az awk bash bazel
	brctl cargo cat cd ceph certbot chattr chmod chown chronyc circleci clickhouse-client cmctl composer conntrack consul cp crictl crontab ctr curl cqlsh
	date dd df dig dmesg dmsetup dnf docker docker-compose docker-machine doctl dpkg du echo efibootmgr etcdctl ethtool eval exec exportfs export fdisk ffmpeg find
	findmnt flux free fsck fstrim fuser gcloud gdb getent git gitlab-ctl gitlab-rails gitlab-runner glab go gpg grep growpart gsutil gzip haproxy hdfs head helm heroku host hostnamectl htop
	iostat ionice ip ipmitool ipset iptables istioctl jcmd jmap journalctl jps jq jstack kafka-topics.sh kdestroy kill killall kinit knife kops kubeadm kubectl kustomize
	ldapsearch less ln ls lsblk lsof lvextend lvs make mc mdadm megacli mkdir mkfs mongo mongosh mount mpstat mtr mv mysql mysqladmin mysqldump
	nc netstat nft nfsstat nginx nice nmap nodetool nohup nomad npm nslookup ntpdate ntpq numactl nvidia-smi oc openssl openvpn
	patronictl passwd perf pg_basebackup pg_ctl pg_dump pg_restore pgbench ping pip pkill podman postfix postqueue postsuper poweroff promtool ps psql pt-kill pulumi pvs python python3
	qshape rabbitmqctl rclone reboot redis-cli repmgr resize2fs restic rm route rsync ruby runuser sar scp screen sed service sestatus setenforce sh shutdown
	sinfo skopeo sleep smartctl socat sort squeue ss ssh ssh-keygen stat strace su sudo supervisorctl swapoff swapon sync sysctl systemctl systemd-analyze tail tar
	tcpdump tee telnet terraform timedatectl tmux top touch traceroute tree truncate tune2fs ufw umount uname unzip update-ca-certificates uptime useradd
	vacuumdb varnishadm vault velero vgs vi vim virsh vmstat watch wget who xargs xfs_growfs xfs_repair yarn yum zcat zfs zgrep zkCli.sh zpool net sc netsh wmic k`)

func words(list string) map[string]bool {
	all := map[string]bool{}
	for w := range strings.FieldsSeq(list) {
		all[w] = true
	}
	return all
}

// plain words are programs too: in running text they are a command only with
// something that no sentence has.
var (
	plainWords = words("cat date dig env exec find head host kill less make mount net nice perf route screen service set sort split stat sync tail time top touch tree watch who")
	unlikeText = regexp.MustCompile(`[-/$|=*~.@]|\b(start|stop|restart|reload|status)$`)
)

var (
	before    = regexp.MustCompile(`^(?:(?:sudo(?: -\w+(?: [a-z][\w-]*)?)*|time|watch|exec|env|nohup|[A-Za-z_]\w*=\S*) +)+`)
	program   = regexp.MustCompile(`^[a-z][\w.+-]*$`)
	located   = regexp.MustCompile(`^(?:\.{0,2}|~)/[\w./+-]+$`)
	option    = regexp.MustCompile(`(?:^|\s)--?[a-zA-Z][\w-]*`)
	into      = regexp.MustCompile(`\| *(?:sudo )?([a-z][\w.-]*)`)
	assigns   = regexp.MustCompile(`^(?:(?:export |set |\$)[A-Za-z_]\w*|[A-Z_][A-Z0-9_]*) ?=\s?\S|^[A-Za-z_]\w*=(?:\$\(|["'\x60])`)
	compound  = regexp.MustCompile(`^(?:for|while|until|if|case) .*|^[{(] `)
	cmdlet    = regexp.MustCompile(`^(?:Get|Set|Start|Stop|Restart|Remove|New|Invoke|Test|Enable|Disable|Import|Export|Add|Clear|Move|Copy|Wait|Update|Install|Resume|Suspend)-[A-Z]\w+`)
	statement = regexp.MustCompile(`^(?:SELECT|INSERT INTO|UPDATE|DELETE FROM|ALTER|CREATE|DROP|SHOW|EXPLAIN|VACUUM|ANALYZE|CALL|KILL|GRANT|REVOKE|TRUNCATE|REINDEX|OPTIMIZE|FLUSH)\s|^(?:select|delete)\s.*(?:\bfrom\s|\);?$)|^(?:alter|update|call|show|kill|drop|create)\s.*;$`)
)

// isCommand tells whether a line is a whole command: of a shell, of
// PowerShell, or of SQL. Inside running text, a program's name alone is none.
func isCommand(line string, inText bool) bool {
	line = strings.TrimSpace(line)
	if cmdlet.MatchString(line) || statement.MatchString(line) {
		return true
	}
	if !inText && (assigns.MatchString(line) || compound.MatchString(line)) {
		return true
	}
	rest := line[len(before.FindString(line)):]
	name, arguments, _ := strings.Cut(rest, " ")
	if inText && arguments == "" && (rest == line || !tools[name]) {
		return false
	}
	switch {
	case tools[name] && inText && plainWords[name]:
		return unlikeText.MatchString(arguments)
	case tools[name]:
		return !strings.HasPrefix(arguments, "=") && !strings.HasPrefix(arguments, "is ")
	case strings.HasPrefix(line, "sudo ") && rest != "":
		return true
	case located.MatchString(name):
		return arguments != ""
	case !program.MatchString(name):
		return false
	}
	if m := into.FindStringSubmatch(arguments); m != nil && tools[m[1]] {
		return true
	}
	return option.MatchString(arguments)
}
