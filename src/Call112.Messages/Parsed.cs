namespace Call112.Messages;

/// <summary>What is wrong with one field of a message. The field is a path such as <c>incident.category</c>, empty for the message as a whole.</summary>
public readonly record struct FieldError(string Field, string Reason)
{
    public override string ToString() => Field.Length == 0 ? Reason : $"{Field}: {Reason}";
}

/// <summary>A message that was read, or every reason why it is refused. Never both.</summary>
public sealed class Parsed<T>
    where T : class
{
    internal Parsed(T? value, IReadOnlyList<FieldError> errors, Guid? dispatchId = null)
    {
        Value = errors.Count == 0 ? value : null;
        Errors = errors;
        DispatchId = dispatchId;
    }

    /// <summary>The message, or null when it is refused.</summary>
    public T? Value { get; }

    /// <summary>Empty when <see cref="Value"/> is there.</summary>
    public IReadOnlyList<FieldError> Errors { get; }

    /// <summary>The dispatch id, if it could be read even from a refused message: the rejection can then name it.</summary>
    public Guid? DispatchId { get; }

    /// <summary>All reasons in one line, at most <see cref="Report.TextMaxLength"/> characters: the text of a Rejected report.</summary>
    public string Reason
    {
        get
        {
            var text = string.Join("; ", Errors);
            if (text.Length <= Report.TextMaxLength)
                return text;
            // The last character must not be the first half of a surrogate pair: half a character is no text.
            var length = char.IsHighSurrogate(text[Report.TextMaxLength - 1]) ? Report.TextMaxLength - 1 : Report.TextMaxLength;
            return text[..length];
        }
    }
}
