package languagehost

import (
	"io"
	"sync"
)

// sender writes the output of a process to a stream of messages. A gRPC stream takes one message at a time, while a
// process's standard output and standard error are copied at the same time: they share one mutex.
type sender struct {
	mutex *sync.Mutex
	send  func([]byte) error
}

func (sender sender) Write(data []byte) (int, error) {
	sender.mutex.Lock()
	defer sender.mutex.Unlock()
	if err := sender.send(data); err != nil {
		return 0, err
	}
	return len(data), nil
}

func senders(stdout, stderr func([]byte) error) (io.Writer, io.Writer) {
	var mutex sync.Mutex
	return sender{&mutex, stdout}, sender{&mutex, stderr}
}
