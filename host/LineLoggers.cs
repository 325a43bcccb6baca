using Microsoft.Extensions.Logging;

namespace LocalFunctionsHost;

/// <summary>Writes each entry as a line: level, category, message.</summary>
internal sealed class LineLoggers(Action<string> output) : ILoggerProvider
{
    public ILogger CreateLogger(string categoryName) => new LineLogger(categoryName, output);

    public void Dispose() { }

    private sealed class LineLogger(string category, Action<string> output) : ILogger
    {
        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public bool IsEnabled(LogLevel logLevel) => logLevel != LogLevel.None;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        ) => output($"{logLevel}: {category}: {formatter(state, exception)}{(exception is null ? "" : $" {exception}")}");
    }
}
