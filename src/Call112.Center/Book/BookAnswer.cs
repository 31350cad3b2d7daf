using Call112.Messages;

namespace Call112.Center.Book;

/// <summary>How a request ended.</summary>
public enum AnswerKind
{
    Done,

    /// <summary>Something in the request is impossible; see the errors.</summary>
    Refused,

    /// <summary>No such dispatch or station.</summary>
    NotFound,

    /// <summary>The dispatch is not what the request believed: cancelled, or changed meanwhile.</summary>
    Conflict,

    /// <summary>The broker cannot be reached, or the store takes nothing: nothing was done.</summary>
    Unavailable,
}

/// <summary>The answer to a request to the book.</summary>
/// <param name="Errors">A reason for each field that is refused.</param>
/// <param name="Warnings">What was accepted but deserves a look, for example a station that was never seen.</param>
public sealed record BookAnswer(
    AnswerKind Kind,
    Guid? DispatchId = null,
    string? IncidentId = null,
    int Revision = 0,
    IReadOnlyList<FieldError>? Errors = null,
    IReadOnlyList<string>? Warnings = null)
{
    internal static BookAnswer Refused(string field, string reason) => new(AnswerKind.Refused, Errors: [new FieldError(field, reason)]);

    internal static BookAnswer NotFound(string what) => new(AnswerKind.NotFound, Errors: [new FieldError("", what)]);

    internal static BookAnswer Conflict(string why) => new(AnswerKind.Conflict, Errors: [new FieldError("", why)]);
}
