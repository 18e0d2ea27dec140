package layout

func (u Unread) String() string { return u.Path + ": " + u.Reason }
