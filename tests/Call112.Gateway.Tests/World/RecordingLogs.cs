using Microsoft.Extensions.Logging;

namespace Call112.Gateway.Tests.World;

/// <summary>A log that remembers its lines.</summary>
public sealed class RecordingLogs : ILoggerFactory, ILogger
{
    private readonly Lock _lock = new();
    private readonly List<(EventId Id, LogLevel Level, string Text)> _lines = [];

    public IReadOnlyList<(EventId Id, LogLevel Level, string Text)> Lines
    {
        get
        {
            lock (_lock)
                return [.. _lines];
        }
    }

    public int Count(EventId id) => Lines.Count(line => line.Id == id);

    public ILogger CreateLogger(string categoryName) => this;

    public void AddProvider(ILoggerProvider provider)
    {
        // It is its own provider.
    }

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    public void Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter)
    {
        lock (_lock)
            _lines.Add((eventId, logLevel, formatter(state, exception)));
    }

    public void Dispose()
    {
        // Nothing to give back.
    }
}
