module gamma/cluster/pause

go 1.26
