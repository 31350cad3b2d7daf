namespace Call112.Center.Enrolment;

/// <summary>An identity cannot be made or changed as asked; the message begins with the option or file that is wrong.</summary>
internal sealed class EnrolmentException(string message, Exception? inner = null) : Exception(message, inner);
