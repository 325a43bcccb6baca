# Short names for the commands in README.md and CONTRIBUTING.md.
.PHONY: run test test-fast bench format

run:
	dotnet run --project dev

test:
	dotnet test

test-fast:
	dotnet test tests/Core.Tests
	dotnet test tests/Protocol.Tests --filter Speed=Fast

bench:
	dotnet run --project bench -c Release -- --compare bench/baseline.json

format:
	dotnet tool restore
	dotnet csharpier format .
	dotnet format whitespace --folder . --exclude artifacts dev/node_modules src/Web/node_modules
